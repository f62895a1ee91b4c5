-- At which instant does this import take effect, and which date does its file describe?
select received_at, observed_on from import where import_id = $1
