"""Keep what a session shows, and speak up before anything is requested."""

from safelight.domain.facts import Context
from safelight.domain.request import PolicyholderId, SessionId
from safelight.ports import Clock, Sessions


def watch_session(
    policyholder_id: PolicyholderId, session_id: SessionId, seen: Context, *, sessions: Sessions, clock: Clock
) -> bool:
    """Store the signals. True when a prompt should be shown: on a call while somebody else sees or steers the screen.

    A later request in the session is assessed with these signals.
    """
    sessions.save(policyholder_id, session_id, seen, clock.now())
    return bool(seen.on_call and (seen.screen_shared or seen.remote_control_app))
