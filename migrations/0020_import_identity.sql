-- Was this very file already recorded with these very decisions? And when did it come to the office?
alter table import add column received_on date;
alter table import add column decisions jsonb not null default '{}'::jsonb;
alter table import add constraint import_decisions_are_an_object check (jsonb_typeof(decisions) = 'object');
comment on column import.received_on is '收文日期：本单位收到文件的日期；未知为空（received_at 是提交的时刻）';
comment on column import.decisions is '操作员在导入时的决定：坐标系、图层、采用的修正、指明的数据时点等；未作决定的项不列。与文件、映射一起认定是否同一次导入';

alter table import drop constraint import_same_file_once;
create unique index import_same_file_once on import (kind, file_sha256, mapping_sha256, md5(decisions::text));
