-- What one submission of a new person inserts, for pgbench.
\set n random(1, 9000000000000000)
BEGIN;
INSERT INTO piste.person (email, first_name, last_name, company)
VALUES ('bench' || :n || '@example.org', 'Ana', 'Lopes', 'Entreprise')
RETURNING id AS person \gset
INSERT INTO piste.person_key (kind, value, person_id)
VALUES ('email', 'bench' || :n || '@example.org', :person);
INSERT INTO piste.lead (person_id, offer_key)
VALUES (:person, 'audit-energie')
RETURNING id AS lead \gset
INSERT INTO piste.submission (id, page_key, page_revision, variant_key,
	form_key, offer_key, lang, person_id, lead_id, outcome, fields, email,
	declared_postcode, form_country, ip_prefix, consent_hash, via,
	request_id, rendered_at, received_at)
VALUES (md5('bench' || :n)::uuid, 'livre-blanc', 1, 'a', 'livre-blanc',
	'audit-energie', 'fr', :person, :lead, 'new',
	'{"email": "bench@example.org", "first_name": "Ana", "last_name": "Lopes", "company": "Entreprise", "postcode": "69001", "message": "Bonjour"}',
	'bench' || :n || '@example.org', '69001', 'FR', '127.0.0.0/24',
	repeat('0', 64), 'form', 'bench', now(), now());
INSERT INTO piste.qualification_queue (lead_id, submission_id)
VALUES (:lead, md5('bench' || :n)::uuid);
INSERT INTO piste.outbox (kind, submission_id, payload)
VALUES ('submission.accepted', md5('bench' || :n)::uuid, '{"lead_id": 1}');
COMMIT;
