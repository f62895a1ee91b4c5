-- How are the parcels' states distributed now? Lists must be planned well from the first query.
analyze parcel_state
