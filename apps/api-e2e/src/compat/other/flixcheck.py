"""Python 3, standard library only: the documented flow with PKCE, configured by discovery.

    FLIXCHECK_ISSUER=http://localhost:3000 FLIXCHECK_CLIENT_ID=maklerwelt-crm \
    FLIXCHECK_CLIENT_SECRET=maklerwelt-crm-demo-secret \
    FLIXCHECK_REDIRECT_URI=http://localhost:4000/callback python3 flixcheck.py

Open the address that it prints, grant access, and paste the address that the browser ends up at.
"""

import base64
import hashlib
import json
import os
import secrets
import urllib.error
import urllib.parse
import urllib.request

ISSUER = os.environ["FLIXCHECK_ISSUER"]
CLIENT_ID = os.environ["FLIXCHECK_CLIENT_ID"]
CLIENT_SECRET = os.environ["FLIXCHECK_CLIENT_SECRET"]
REDIRECT_URI = os.environ["FLIXCHECK_REDIRECT_URI"]


def get(url, token=None):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as response:
        return json.load(response)


def post(url, **parameters):
    parameters |= {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    body = urllib.parse.urlencode(parameters).encode()
    with urllib.request.urlopen(url, body) as response:
        return json.load(response)


def me(tokens):
    return get(f"{ISSUER}/user/v7/users/me", tokens["access_token"])["resource"]["email"]


server = get(f"{ISSUER}/.well-known/oauth-authorization-server")

# Authorize
verifier = secrets.token_urlsafe(32)
digest = hashlib.sha256(verifier.encode()).digest()
state = secrets.token_urlsafe(16)
query = urllib.parse.urlencode({
    "client_id": CLIENT_ID,
    "redirect_uri": REDIRECT_URI,
    "response_type": "code",
    "scope": "readwrite",
    "state": state,
    "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
    "code_challenge_method": "S256",
})
print(f"Open: {server['authorization_endpoint']}?{query}", flush=True)
callback = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(input()).query))
assert callback["state"] == state, "not the answer to our request"
assert callback["iss"] == server["issuer"], "not the answer of our server"

# Exchange, call
tokens = post(
    server["token_endpoint"],
    grant_type="authorization_code",
    code=callback["code"],
    redirect_uri=REDIRECT_URI,
    code_verifier=verifier,
)
print("Connected:", me(tokens))

# Refresh: keep the new refresh token, it changes every time.
tokens = post(
    server["token_endpoint"], grant_type="refresh_token", refresh_token=tokens["refresh_token"]
)
print("Refreshed:", me(tokens))

# Revoke
post(server["revocation_endpoint"], token=tokens["refresh_token"])
try:
    me(tokens)
except urllib.error.HTTPError as error:
    print("Revoked:", error.code)
