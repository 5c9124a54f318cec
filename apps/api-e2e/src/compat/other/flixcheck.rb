# Ruby 3, standard library only: the documented flow with PKCE, tokens asked for in JSON.
#
#   FLIXCHECK_ISSUER=http://localhost:3000 FLIXCHECK_CLIENT_ID=maklerwelt-crm \
#   FLIXCHECK_CLIENT_SECRET=maklerwelt-crm-demo-secret \
#   FLIXCHECK_REDIRECT_URI=http://localhost:4000/callback ruby flixcheck.rb
#
# Open the address that it prints, grant access, and paste the address that the browser ends up at.

require 'base64'
require 'digest'
require 'json'
require 'net/http'
require 'securerandom'

ISSUER = ENV.fetch('FLIXCHECK_ISSUER')
CLIENT = {
  client_id: ENV.fetch('FLIXCHECK_CLIENT_ID'),
  client_secret: ENV.fetch('FLIXCHECK_CLIENT_SECRET')
}.freeze
REDIRECT_URI = ENV.fetch('FLIXCHECK_REDIRECT_URI')

def post(path, **parameters)
  response = Net::HTTP.post(URI(ISSUER + path), JSON.generate({ **CLIENT, **parameters }),
                            'Content-Type' => 'application/json')
  raise "#{response.code} #{response.body}" unless response.is_a?(Net::HTTPOK)

  JSON.parse(response.body) unless response.body.to_s.empty?
end

def me(tokens)
  Net::HTTP.get_response(URI("#{ISSUER}/user/v7/users/me"),
                         'Authorization' => "Bearer #{tokens['access_token']}")
end

def email(response)
  JSON.parse(response.body).dig('resource', 'email')
end

# Authorize
state = SecureRandom.hex
verifier = SecureRandom.urlsafe_base64(32)
challenge = Base64.urlsafe_encode64(Digest::SHA256.digest(verifier), padding: false)
query = URI.encode_www_form(clientId: CLIENT[:client_id], redirectUri: REDIRECT_URI,
                            response_type: 'code', scope: 'readwrite', state: state,
                            code_challenge: challenge, code_challenge_method: 'S256')
puts "Open: #{ISSUER}/portal/oauth/authorize?#{query}"
$stdout.flush
callback = URI.decode_www_form(URI($stdin.gets.strip).query).to_h
raise 'not the answer to our request' unless callback['state'] == state && callback['iss'] == ISSUER

# Exchange, call
tokens = post('/guest/v7/oauth-tokens', grant_type: 'authorization_code', code: callback['code'],
                                        redirect_uri: REDIRECT_URI, code_verifier: verifier)
puts "Connected: #{email(me(tokens))}"

# Refresh: keep the new refresh token, it changes every time.
tokens = post('/guest/v7/oauth-tokens', grant_type: 'refresh_token',
                                        refresh_token: tokens['refresh_token'])
puts "Refreshed: #{email(me(tokens))}"

# Revoke
post('/guest/v7/oauth-tokens/revoke', token: tokens['refresh_token'])
puts "Revoked: #{me(tokens).code}"
