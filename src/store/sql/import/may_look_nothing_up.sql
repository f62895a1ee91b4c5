-- Does the server trust us to put rows in without looking their references up one by one? Only who may do anything is trusted so far.
select current_setting('is_superuser')::boolean
