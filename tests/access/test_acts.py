"""Who may do what: every POST × every person, written by hand, each tried and undone."""
