/**
 * Receipts: what a request used and cost, signed, so that a tenant can show it and nobody can change it afterwards.
 *
 * <p>A receipt is one JSON object. Its signature is Ed25519 (RFC 8032) over the canonical form (RFC 8785) of all its other fields. Each names the
 * SHA-256 of its tenant's receipt before it, the whole of it in canonical form; so a tenant that keeps its receipts notices one that is missing or was
 * exchanged.
 *
 * <p><b>Owns</b>: {@code billing.receipt}, what waits for one, and the public keys. <b>Does not own</b>: usage; the private key, which stays in the
 * data directory of the node that signs.
 *
 * <p><b>Invariants</b>: a request that was settled gets one receipt; a tenant's receipts are numbered from 1 without gaps; a receipt never changes;
 * every key that ever signed stays published.
 *
 * <p><b>Times</b>: a receipt repeats the usage's; it is signed within about a second after them, or when it is asked for.
 */
@NullMarked
package dev.perigee.billing.receipts;

import org.jspecify.annotations.NullMarked;
