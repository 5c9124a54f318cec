// Go, standard library only: the documented flow with PKCE, the client authenticated by HTTP Basic,
// as golang.org/x/oauth2 does it.
//
//	FLIXCHECK_ISSUER=http://localhost:3000 FLIXCHECK_CLIENT_ID=maklerwelt-crm \
//	FLIXCHECK_CLIENT_SECRET=maklerwelt-crm-demo-secret \
//	FLIXCHECK_REDIRECT_URI=http://localhost:4000/callback go run flixcheck.go
//
// Open the address that it prints, grant access, and paste the address that the browser ends up at.
package main

import (
	"bufio"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"strings"
)

var (
	issuer       = os.Getenv("FLIXCHECK_ISSUER")
	clientID     = os.Getenv("FLIXCHECK_CLIENT_ID")
	clientSecret = os.Getenv("FLIXCHECK_CLIENT_SECRET")
	redirectURI  = os.Getenv("FLIXCHECK_REDIRECT_URI")
)

type tokens struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func random() string {
	bytes := make([]byte, 32)
	_, err := rand.Read(bytes)
	must(err)
	return base64.RawURLEncoding.EncodeToString(bytes)
}

// post returns what a request with the client's credentials is answered with.
func post(path string, parameters url.Values) (answer tokens) {
	request, err := http.NewRequest("POST", issuer+path, strings.NewReader(parameters.Encode()))
	must(err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	// RFC 6749 section 2.3.1: both parts are form-encoded before they are joined.
	request.SetBasicAuth(url.QueryEscape(clientID), url.QueryEscape(clientSecret))
	response, err := http.DefaultClient.Do(request)
	must(err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	must(err)
	if response.StatusCode != http.StatusOK {
		log.Fatalf("%s %s", response.Status, body)
	}
	must(json.Unmarshal(body, &answer))
	return answer
}

// me returns the user's address, and the status of the answer.
func me(held tokens) (string, int) {
	request, err := http.NewRequest("GET", issuer+"/user/v7/users/me", nil)
	must(err)
	request.Header.Set("Authorization", "Bearer "+held.AccessToken)
	response, err := http.DefaultClient.Do(request)
	must(err)
	defer response.Body.Close()
	var answer struct {
		Resource struct {
			Email string `json:"email"`
		} `json:"resource"`
	}
	must(json.NewDecoder(response.Body).Decode(&answer))
	return answer.Resource.Email, response.StatusCode
}

func main() {
	// Authorize
	verifier, state := random(), random()
	digest := sha256.Sum256([]byte(verifier))
	query := url.Values{
		"client_id":             {clientID},
		"redirect_uri":          {redirectURI},
		"response_type":         {"code"},
		"scope":                 {"readwrite"},
		"state":                 {state},
		"code_challenge":        {base64.RawURLEncoding.EncodeToString(digest[:])},
		"code_challenge_method": {"S256"},
	}
	fmt.Printf("Open: %s/portal/oauth/authorize?%s\n", issuer, query.Encode())
	pasted, err := bufio.NewReader(os.Stdin).ReadString('\n')
	must(err)
	address, err := url.Parse(strings.TrimSpace(pasted))
	must(err)
	callback := address.Query()
	if callback.Get("state") != state || callback.Get("iss") != issuer {
		log.Fatal("not the answer to our request")
	}

	// Exchange, call
	held := post("/guest/v7/oauth-tokens", url.Values{
		"grant_type":    {"authorization_code"},
		"code":          {callback.Get("code")},
		"redirect_uri":  {redirectURI},
		"code_verifier": {verifier},
	})
	email, _ := me(held)
	fmt.Println("Connected:", email)

	// Refresh: keep the new refresh token, it changes every time.
	held = post("/guest/v7/oauth-tokens", url.Values{
		"grant_type":    {"refresh_token"},
		"refresh_token": {held.RefreshToken},
	})
	email, _ = me(held)
	fmt.Println("Refreshed:", email)

	// Revoke
	post("/guest/v7/oauth-tokens/revoke", url.Values{"token": {held.RefreshToken}})
	_, status := me(held)
	fmt.Println("Revoked:", status)
}
