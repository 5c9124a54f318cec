<?php
// PHP 8, nothing but its core (https also needs the extension openssl): the documented flow with
// PKCE, configured by discovery.
//
//   FLIXCHECK_ISSUER=http://localhost:3000 FLIXCHECK_CLIENT_ID=maklerwelt-crm \
//   FLIXCHECK_CLIENT_SECRET=maklerwelt-crm-demo-secret \
//   FLIXCHECK_REDIRECT_URI=http://localhost:4000/callback php flixcheck.php
//
// Open the address that it prints, grant access, and paste the address that the browser ends up at.

declare(strict_types=1);

define('ISSUER', getenv('FLIXCHECK_ISSUER'));
define('REDIRECT_URI', getenv('FLIXCHECK_REDIRECT_URI'));
define('CLIENT', [
    'client_id' => getenv('FLIXCHECK_CLIENT_ID'),
    'client_secret' => getenv('FLIXCHECK_CLIENT_SECRET'),
]);

/** @return array{int, array} the status, and what the JSON holds */
function send(string $method, string $url, string $header = '', string $content = ''): array
{
    $options = ['method' => $method, 'header' => $header, 'content' => $content, 'ignore_errors' => true];
    $body = file_get_contents($url, false, stream_context_create(['http' => $options]));
    // The first line of the answer's header: HTTP/1.1 200 OK
    $status = (int) explode(' ', $http_response_header[0])[1];
    return [$status, json_decode($body, true) ?? []];
}

function post(string $url, array $parameters): array
{
    $form = http_build_query(CLIENT + $parameters);
    [$status, $answer] = send('POST', $url, 'Content-Type: application/x-www-form-urlencoded', $form);
    if ($status !== 200) {
        throw new RuntimeException("$status " . json_encode($answer));
    }
    return $answer;
}

function me(array $tokens): array
{
    return send('GET', ISSUER . '/user/v7/users/me', "Authorization: Bearer {$tokens['access_token']}");
}

function base64url(string $bytes): string
{
    return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
}

[, $server] = send('GET', ISSUER . '/.well-known/oauth-authorization-server');

// Authorize
$verifier = base64url(random_bytes(32));
$state = base64url(random_bytes(16));
$query = http_build_query([
    'client_id' => CLIENT['client_id'],
    'redirect_uri' => REDIRECT_URI,
    'response_type' => 'code',
    'scope' => 'readwrite',
    'state' => $state,
    'code_challenge' => base64url(hash('sha256', $verifier, true)),
    'code_challenge_method' => 'S256',
]);
echo "Open: {$server['authorization_endpoint']}?$query\n";
parse_str((string) parse_url(trim(fgets(STDIN)), PHP_URL_QUERY), $callback);
if (!hash_equals($state, $callback['state'] ?? '') || ($callback['iss'] ?? '') !== $server['issuer']) {
    throw new RuntimeException('not the answer to our request');
}

// Exchange, call
$tokens = post($server['token_endpoint'], [
    'grant_type' => 'authorization_code',
    'code' => $callback['code'],
    'redirect_uri' => REDIRECT_URI,
    'code_verifier' => $verifier,
]);
echo 'Connected: ', me($tokens)[1]['resource']['email'], "\n";

// Refresh: keep the new refresh token, it changes every time.
$tokens = post($server['token_endpoint'], [
    'grant_type' => 'refresh_token',
    'refresh_token' => $tokens['refresh_token'],
]);
echo 'Refreshed: ', me($tokens)[1]['resource']['email'], "\n";

// Revoke
post($server['revocation_endpoint'], ['token' => $tokens['refresh_token']]);
echo 'Revoked: ', me($tokens)[0], "\n";
