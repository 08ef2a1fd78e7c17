"""The native engine: candidates as processes of this machine, behind bubblewrap, Landlock and seccomp. Linux only."""
