"""Say which policyholder a chat account belongs to: he proves himself to the insurer, the chat service to us."""

from safelight.domain.request import PolicyholderId
from safelight.ports import Clock, Ids, Links, Vault


def offer_link(policyholder_id: PolicyholderId, *, links: Links, vault: Vault, ids: Ids, clock: Clock) -> str:
    """A nonce of 64 hex digits for the chat service's account link, good for ten minutes and for one account.

    Only its keyed hash is kept. Whoever brings it back in a signed event speaks for this policyholder from then on.
    """
    nonce = ids.new() + ids.new()
    links.offer(vault.digest(f"nonce\x1f{nonce}"), policyholder_id, clock.now())
    return nonce
