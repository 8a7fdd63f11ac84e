"""Signing in through an OpenID Connect provider: the participant says elsewhere who its people are.

    browser ──/sign-on──> node ──303, a cookie──> provider: who are you?
    browser <──303, a code──────────────────────  provider
    browser ──/sign-on/return, code and cookie──> node ──code, verifier──> provider
                                                  node <──ID token──────── provider
    browser <──a session──────────────────────── node

It is the authorisation code flow with PKCE (OpenID Connect Core 1.0 section 3.1, RFC 7636, RFC
9700). Everything that the node has to remember of an attempt is derived from one random cookie, so
that whichever process of a node answers, and whether it was started anew meanwhile, makes no
difference. What an ID token must say is in `id_token`, step by step.

    settings    whom to ask, and which claim means which name and which roles
    attempt     one attempt of one browser: state, nonce, verifier
    provider    the provider's own description and keys, and the exchange of a code
    id_token    the verification of an ID token, without I/O
    sign_on     the two halves of signing in, over all of these

What asks and verifies is imported when somebody first signs in so, and never without `[oidc]`.
"""
