-- Which registers changed after revision $1? Null for a change by hand, which may have touched any.
select distinct i.kind from revision r left join import i using (import_id) where r.revision_id > $1
