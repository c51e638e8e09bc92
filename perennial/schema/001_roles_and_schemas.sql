-- Schemas and who may do what in them. Roles exist before this runs (perennial/schema/migrations.py creates them).
revoke all on schema public from public;
grant usage on schema public to loader, transformer, publisher, reader;

create schema if not exists raw authorization loader;
create schema if not exists consent authorization loader;
create schema if not exists gate authorization publisher;
create schema if not exists predictions authorization publisher;
create schema if not exists audiences authorization publisher;
create schema if not exists experiments authorization publisher;

create schema if not exists staging authorization transformer;
create schema if not exists intermediate authorization transformer;
create schema if not exists marts authorization transformer;

grant create on database warehouse to transformer;

do $$
declare
    part record;
begin
    for part in
        select * from (values
            ('raw', 'loader'), ('consent', 'loader'),
            ('gate', 'publisher'), ('predictions', 'publisher'),
            ('audiences', 'publisher'), ('experiments', 'publisher'),
            ('staging', 'transformer'), ('intermediate', 'transformer'), ('marts', 'transformer')
        ) as parts (schema_name, owner_name)
    loop
        execute format('grant usage on schema %I to loader, transformer, publisher, reader', part.schema_name);
        execute format(
            'alter default privileges for role %I in schema %I grant select on tables to transformer, publisher, reader, loader',
            part.owner_name, part.schema_name
        );
    end loop;
end $$;
