import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * Java 17, standard library only: the documented flow in its documented form, with a JSON body, and
 * with PKCE. (The library has no JSON parser; a real application uses one instead of the pattern.)
 *
 * <pre>
 * FLIXCHECK_ISSUER=http://localhost:3000 FLIXCHECK_CLIENT_ID=maklerwelt-crm \
 * FLIXCHECK_CLIENT_SECRET=maklerwelt-crm-demo-secret \
 * FLIXCHECK_REDIRECT_URI=http://localhost:4000/callback java Flixcheck.java
 * </pre>
 *
 * Open the address that it prints, grant access, and paste the address that the browser ends up at.
 */
public class Flixcheck {
  static final String ISSUER = System.getenv("FLIXCHECK_ISSUER");
  static final String CLIENT_ID = System.getenv("FLIXCHECK_CLIENT_ID");
  static final String CLIENT_SECRET = System.getenv("FLIXCHECK_CLIENT_SECRET");
  static final String REDIRECT_URI = System.getenv("FLIXCHECK_REDIRECT_URI");
  static final HttpClient HTTP = HttpClient.newHttpClient();

  public static void main(String[] arguments) throws Exception {
    // Authorize
    String verifier = random();
    String state = random();
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes());
    String query = "client_id=" + encode(CLIENT_ID)
        + "&redirect_uri=" + encode(REDIRECT_URI)
        + "&response_type=code&scope=readwrite&state=" + state
        + "&code_challenge=" + base64Url(digest) + "&code_challenge_method=S256";
    System.out.println("Open: " + ISSUER + "/portal/oauth/authorize?" + query);
    String callback = new BufferedReader(new InputStreamReader(System.in)).readLine();
    if (!state.equals(parameter(callback, "state"))) {
      throw new IllegalStateException("not the answer to our request");
    }

    // Exchange, call
    String tokens = post("/guest/v7/oauth-tokens", """
        {"grant_type": "authorization_code", "code": "%s", "redirect_uri": "%s",
         "code_verifier": "%s", "client_id": "%s", "client_secret": "%s"}
        """.formatted(
            parameter(callback, "code"), REDIRECT_URI, verifier, CLIENT_ID, CLIENT_SECRET));
    System.out.println("Connected: " + member(me(tokens).body(), "email"));

    // Refresh: keep the new refresh token, it changes every time.
    tokens = post("/guest/v7/oauth-tokens", """
        {"grant_type": "refresh_token", "refresh_token": "%s",
         "client_id": "%s", "client_secret": "%s"}
        """.formatted(member(tokens, "refresh_token"), CLIENT_ID, CLIENT_SECRET));
    System.out.println("Refreshed: " + member(me(tokens).body(), "email"));

    // Revoke
    post("/guest/v7/oauth-tokens/revoke", """
        {"token": "%s", "client_id": "%s", "client_secret": "%s"}
        """.formatted(member(tokens, "refresh_token"), CLIENT_ID, CLIENT_SECRET));
    System.out.println("Revoked: " + me(tokens).statusCode());
  }

  static HttpResponse<String> me(String tokens) throws Exception {
    return HTTP.send(
        HttpRequest.newBuilder(URI.create(ISSUER + "/user/v7/users/me"))
            .header("Authorization", "Bearer " + member(tokens, "access_token"))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  static String post(String path, String json) throws Exception {
    HttpResponse<String> response = HTTP.send(
        HttpRequest.newBuilder(URI.create(ISSUER + path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json))
            .build(),
        HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IllegalStateException(response.statusCode() + " " + response.body());
    }
    return response.body();
  }

  static String random() {
    byte[] bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    return base64Url(bytes);
  }

  static String base64Url(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  static String encode(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  static String parameter(String url, String name) {
    var match = Pattern.compile("[?&]" + name + "=([^&]*)").matcher(url);
    return match.find() ? URLDecoder.decode(match.group(1), StandardCharsets.UTF_8) : "";
  }

  static String member(String json, String name) {
    var match = Pattern.compile("\"" + name + "\"\\s*:\\s*\"([^\"]*)\"").matcher(json);
    return match.find() ? match.group(1) : "";
  }
}
