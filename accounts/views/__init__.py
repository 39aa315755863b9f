"""Pages of one's own account, and what a person sets for itself."""

from accounts.views.language import set_language

__all__ = ["set_language"]
