-- Which value did a tolerance have, since when, and who decided so for which reason?
alter table quality_tolerance drop constraint quality_tolerance_pkey;
alter table quality_tolerance
    add column decided_on date,
    add column decided_by text,
    add column reason text,
    add column document text,
    add column recorded tstzrange not null default tstzrange(now(), null),
    add constraint quality_tolerance_share_is_one_at_most check (unit <> 'share' or value <= 1),
    add constraint quality_tolerance_document_is_named check (certainty <> 'document' or document is not null),
    add constraint quality_tolerance_recorded_has_start check (not isempty(recorded) and lower(recorded) is not null and not lower_inf(recorded));
create unique index quality_tolerance_current on quality_tolerance (name) where upper_inf(recorded);
comment on column quality_tolerance.decided_on is '决定日期；随程序附带的初始值为空';
comment on column quality_tolerance.decided_by is '决定人或单位；没有写明的为空';
comment on column quality_tolerance.reason is '理由；随程序附带的初始值为空';
comment on column quality_tolerance.document is '所据文件；certainty 为 document 时必有';
comment on column quality_tolerance.recorded is '登记期间：旧值关闭，新值另起一行，不覆盖';
comment on table quality_tolerance is '图形质量检查的容差：导入时按当时的值检查，问题说明中写明所用的值；修改后对以后的导入生效，旧值保留';
