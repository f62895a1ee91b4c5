-- How much may one index take to be made? For this transaction only.
set local maintenance_work_mem = '256MB'
