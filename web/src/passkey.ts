/**
 * Passkeys: hand to the browser what the page asks for, and send what comes back with its form.
 *
 * The page says in `data-passkey` whether one is made or signs. What is signed is the page's
 * challenge; this script decides nothing, and what it sends is checked as if it came from anywhere.
 */

/** The keys that are made: EdDSA, and ES256 (RFC 9053), as `signing/passkey.py` reads them. */
const ALGORITHMS = [-8, -7];
const FIVE_MINUTES = 300_000;

function toBytes(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (one) => one.charCodeAt(0));
}

function toText(bytes: ArrayBuffer): string {
  const binary = Array.from(new Uint8Array(bytes), (one) => String.fromCharCode(one)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function credentials(form: HTMLFormElement): PublicKeyCredentialDescriptor[] {
  const named = form.dataset["credentials"]?.split(" ").filter(Boolean) ?? [];
  return named.map((one) => ({ type: "public-key", id: toBytes(one) }));
}

/** Have a passkey made; return the fields to send. */
async function create(form: HTMLFormElement): Promise<Record<string, ArrayBuffer>> {
  const name = form.dataset["name"] ?? "";
  const made = (await navigator.credentials.create({
    publicKey: {
      rp: { id: form.dataset["rp"] ?? "", name: "Trilogue" },
      user: { id: toBytes(form.dataset["user"] ?? ""), name, displayName: name },
      challenge: toBytes(form.dataset["challenge"] ?? ""),
      pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
      excludeCredentials: credentials(form),
      authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
      attestation: "none",
      timeout: FIVE_MINUTES,
    },
  })) as PublicKeyCredential;
  const response = made.response as AuthenticatorAttestationResponse;
  return { client: response.clientDataJSON, authenticator: response.getAuthenticatorData() };
}

/** Have a passkey sign; return the fields to send. */
async function get(form: HTMLFormElement): Promise<Record<string, ArrayBuffer>> {
  const found = (await navigator.credentials.get({
    publicKey: {
      rpId: form.dataset["rp"] ?? "",
      challenge: toBytes(form.dataset["challenge"] ?? ""),
      allowCredentials: credentials(form),
      userVerification: "required",
      timeout: FIVE_MINUTES,
    },
  })) as PublicKeyCredential;
  const response = found.response as AuthenticatorAssertionResponse;
  return {
    credential: found.rawId,
    client: response.clientDataJSON,
    authenticator: response.authenticatorData,
    signature: response.signature,
  };
}

function tell(form: HTMLFormElement, what: string | null): void {
  for (const one of form.querySelectorAll<HTMLElement>("[data-says]"))
    one.hidden = one.dataset["says"] !== what;
}

async function answer(form: HTMLFormElement, button: HTMLButtonElement): Promise<void> {
  button.disabled = true;
  tell(form, null);
  try {
    const fields = await (form.dataset["passkey"] === "create" ? create(form) : get(form));
    for (const [name, value] of Object.entries(fields))
      form.querySelector<HTMLInputElement>(`input[name="${name}"]`)!.value = toText(value);
  } catch {
    // Turned down, too late, or no such passkey: a browser does not say which.
    tell(form, "failed");
    button.disabled = false;
    return;
  }
  form.submit();
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-passkey]")) {
  const button = form.querySelector<HTMLButtonElement>("button");
  if (button === null) continue;
  if (!("PublicKeyCredential" in window)) {
    tell(form, "unsupported");
    continue;
  }
  button.disabled = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void answer(form, button);
  });
}
