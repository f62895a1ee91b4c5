-- How are findings distributed now? Lists must be planned well from the first query.
analyze finding
