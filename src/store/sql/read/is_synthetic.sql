-- Is any imported row synthetic? Asked where there may be no run yet.
select exists (select 1 from import where is_synthetic and rows_new + rows_changed > 0) as is_synthetic
