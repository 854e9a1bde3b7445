"""Keep what a session shows, and speak up before anything is requested."""

from safelight.domain.facts import Context
from safelight.domain.request import PolicyholderId, SessionId
from safelight.ports import Clock, Sessions


def watch_session(
    policyholder_id: PolicyholderId, session_id: SessionId, seen: Context, *, sessions: Sessions, clock: Clock
) -> bool:
    """Store the signals. True when a prompt should be shown: on a call while somebody else sees or steers the screen.

    Signals add up: one that is left out keeps what the session said of it. A later request in the session is assessed
    with them.
    """
    known = seen.over(sessions.context(policyholder_id, session_id))
    sessions.save(policyholder_id, session_id, known, clock.now())
    return bool(known.on_call and (known.screen_shared or known.remote_control_app))
