"""The security headers of every answer, and the cookie's name and flags."""

from typing import Any

from flask import Flask, Response, request

from portal.config import Settings

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "font-src 'self'",
        "connect-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'",
    ]
)  # fmt: skip
# For a page that plays a film of our own; a view sets it on its answer.
PLAYING_POLICY = f"{CONTENT_SECURITY_POLICY}; media-src 'self'"

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}

HSTS = "max-age=63072000; includeSubDomains"


def cookie_settings(settings: Settings) -> dict[str, Any]:
    """The session cookie's name and flags. The `__Host-` prefix needs HTTPS, which a local demo has not."""
    return {
        "SESSION_COOKIE_NAME": "__Host-portal" if settings.serves_https else "portal",
        "SESSION_COOKIE_SECURE": settings.serves_https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
    }


def init_app(app: Flask) -> None:
    """Add the headers to every answer, errors included."""
    app.after_request(_harden)


def _harden(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    if app_serves_https():
        response.headers.setdefault("Strict-Transport-Security", HSTS)
    return response


def app_serves_https() -> bool:
    """Whether this application is reached over HTTPS."""
    from flask import current_app

    return bool(current_app.extensions["settings"].serves_https)
