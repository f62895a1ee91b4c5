-- How far have the registers come? Nothing recorded yet is revision 0.
select coalesce(max(revision_id), 0) from revision
