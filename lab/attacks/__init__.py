"""Attacks of strangers and members on a scratch installation, over HTTPS through its front (`./wallet attack`).

An attack counts its checks and names each finding: something that a promise of SECURITY.md rules out.
"""
