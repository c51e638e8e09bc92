-- Customers without a message are the untreated population, as the field calls them; rows written before are renamed.
set role publisher;

alter table experiments.calibration drop constraint calibration_population_check;
update experiments.calibration set population = 'untreated' where population = 'unmessaged';
alter table experiments.calibration
    add constraint calibration_population_check check (population in ('untreated', 'everyone'));

reset role;
