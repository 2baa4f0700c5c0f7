//! Arguments → one library call → report; no mathematics.
