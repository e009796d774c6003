"""The store on a MongoDB server, standalone or a replica set: one writer with group commit, and no transactions."""
