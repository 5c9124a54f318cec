#!/usr/bin/perl
# Perl 5, core modules only (https also needs IO::Socket::SSL): the documented flow with PKCE, the
# client authenticated by HTTP Basic.
#
#   FLIXCHECK_ISSUER=http://localhost:3000 FLIXCHECK_CLIENT_ID=maklerwelt-crm \
#   FLIXCHECK_CLIENT_SECRET=maklerwelt-crm-demo-secret \
#   FLIXCHECK_REDIRECT_URI=http://localhost:4000/callback perl flixcheck.pl
#
# Open the address that it prints, grant access, and paste the address that the browser ends up at.

use strict;
use warnings;
use Digest::SHA qw(sha256);
use HTTP::Tiny;
use JSON::PP;
use MIME::Base64 qw(encode_base64 encode_base64url);

$| = 1;
my ($issuer, $client_id, $client_secret, $redirect_uri) =
    @ENV{map { "FLIXCHECK_$_" } qw(ISSUER CLIENT_ID CLIENT_SECRET REDIRECT_URI)};
my $http = HTTP::Tiny->new;

sub post {
    my ($path, %parameters) = @_;
    # RFC 6749 section 2.3.1: both parts are form-encoded before they are joined.
    my $credentials = join ':', map { s/([^A-Za-z0-9_.~-])/sprintf '%%%02X', ord $1/ger }
        $client_id, $client_secret;
    my $response = $http->post_form("$issuer$path", \%parameters,
        { headers => { Authorization => 'Basic ' . encode_base64($credentials, '') } });
    die "$response->{status} $response->{content}\n" unless $response->{success};
    return decode_json($response->{content});
}

sub me {
    my ($tokens) = @_;
    return $http->get("$issuer/user/v7/users/me",
        { headers => { Authorization => "Bearer $tokens->{access_token}" } });
}

sub email { return decode_json($_[0]{content})->{resource}{email} }

# Authorize. /dev/urandom: Perl's own rand is no secret.
open my $random, '<:raw', '/dev/urandom' or die "no random numbers: $!\n";
read $random, my $bytes, 48;
my ($state, $verifier) = unpack 'H32 H64', $bytes;
my $query = $http->www_form_urlencode({
    clientId      => $client_id,
    redirectUri   => $redirect_uri,
    response_type => 'code',
    scope         => 'readwrite',
    state         => $state,
    code_challenge        => encode_base64url(sha256($verifier)),
    code_challenge_method => 'S256',
});
print "Open: $issuer/portal/oauth/authorize?$query\n";
my $callback = <STDIN>;
my %answer = map { s/%([0-9A-Fa-f]{2})/chr hex $1/ger } map { split /=/, $_, 2 }
    split /&/, ($callback =~ /\?(\S+)/)[0];
die "not the answer to our request\n" if $answer{state} ne $state;

# Exchange, call
my $tokens = post('/guest/v7/oauth-tokens',
    grant_type => 'authorization_code', code => $answer{code}, redirect_uri => $redirect_uri,
    code_verifier => $verifier);
print 'Connected: ', email(me($tokens)), "\n";

# Refresh: keep the new refresh token, it changes every time.
$tokens = post('/guest/v7/oauth-tokens',
    grant_type => 'refresh_token', refresh_token => $tokens->{refresh_token});
print 'Refreshed: ', email(me($tokens)), "\n";

# Revoke
post('/guest/v7/oauth-tokens/revoke', token => $tokens->{refresh_token});
print 'Revoked: ', me($tokens)->{status}, "\n";
