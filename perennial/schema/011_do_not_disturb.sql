-- Customers whom a message puts off are do_not_disturb, as the field calls its sleeping dogs; rows written before are
-- renamed. Runs keep their id and checksum, by which members, files and pages already name them.
set role publisher;

alter table predictions.uplift drop constraint uplift_segment_check;
update predictions.uplift set segment = 'do_not_disturb' where segment = 'do_not_wake';
alter table predictions.uplift
    add constraint uplift_segment_check check (segment in ('persuadables', 'do_not_disturb'));

update experiments.uplift
set evidence = replace(evidence::text, '"do_not_wake"', '"do_not_disturb"')::jsonb
where evidence::text like '%"do\_not\_wake"%';

update audiences.runs
set stage = replace(stage, '__do_not_wake', '__do_not_disturb')
where stage like '%\_\_do\_not\_wake';

reset role;
