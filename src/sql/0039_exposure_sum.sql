-- What sums new exposures asked each of them for three times at which almost
-- none has anything: a third of what it cost.
SELECT piste.function_change('piste.exposure_sum_new()',
	'WHERE m.at IS NOT NULL AND e.excluded IS NULL',
	'WHERE coalesce(e.posted_at, e.refused_at, e.activated_at)
				IS NOT NULL
			AND m.at IS NOT NULL AND e.excluded IS NULL');
