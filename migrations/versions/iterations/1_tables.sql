-- What came out of two iterations: see warehouse/tables/simulation_iterations.py.
CREATE TABLE simulation.iteration_outcome (
  applicants_mean FLOAT,
  applicants_low FLOAT,
  applicants_high FLOAT,
  applicants_change_mean FLOAT,
  applicants_change_low FLOAT,
  applicants_change_high FLOAT,
  applicants_change_variance_ratio FLOAT,
  matched_mean FLOAT,
  matched_low FLOAT,
  matched_high FLOAT,
  matched_change_mean FLOAT,
  matched_change_low FLOAT,
  matched_change_high FLOAT,
  matched_change_variance_ratio FLOAT,
  unmatched_mean FLOAT,
  unmatched_low FLOAT,
  unmatched_high FLOAT,
  unmatched_change_mean FLOAT,
  unmatched_change_low FLOAT,
  unmatched_change_high FLOAT,
  unmatched_change_variance_ratio FLOAT,
  seats_mean FLOAT,
  seats_low FLOAT,
  seats_high FLOAT,
  seats_change_mean FLOAT,
  seats_change_low FLOAT,
  seats_change_high FLOAT,
  seats_change_variance_ratio FLOAT,
  filled_mean FLOAT,
  filled_low FLOAT,
  filled_high FLOAT,
  filled_change_mean FLOAT,
  filled_change_low FLOAT,
  filled_change_high FLOAT,
  filled_change_variance_ratio FLOAT,
  unfilled_mean FLOAT,
  unfilled_low FLOAT,
  unfilled_high FLOAT,
  unfilled_change_mean FLOAT,
  unfilled_change_low FLOAT,
  unfilled_change_high FLOAT,
  unfilled_change_variance_ratio FLOAT,
  scenario_id INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  simulation_id INTEGER NOT NULL,
  iteration SMALLINT NOT NULL,
  category TEXT,
  audited INTEGER,
  is_stable BOOLEAN,
  blocking_pairs INTEGER,
  CONSTRAINT pk_iteration_outcome PRIMARY KEY (scenario_id, ordinal),
  CONSTRAINT ck_iteration_outcome_category_is_known CHECK (category IN ('CMG', 'IMG', 'ALL', 'MOTP')),
  CONSTRAINT ck_iteration_outcome_iteration_is_first_or_second CHECK (iteration IN (1, 2)),
  CONSTRAINT fk_iteration_outcome_scenario_id FOREIGN KEY(scenario_id) REFERENCES simulation.scenario (scenario_id) ON DELETE CASCADE,
  CONSTRAINT fk_iteration_outcome_simulation_id FOREIGN KEY(simulation_id) REFERENCES simulation.simulation (simulation_id) ON DELETE CASCADE
);
CREATE INDEX ix_iteration_outcome_simulation_id ON simulation.iteration_outcome (simulation_id);
COMMENT ON TABLE simulation.iteration_outcome IS 'What one of two iterations gives in a scenario with simulated applicants.';
COMMENT ON COLUMN simulation.iteration_outcome.applicants_mean IS 'Applicants who take part in the iteration: mean over the replicates.';
COMMENT ON COLUMN simulation.iteration_outcome.applicants_low IS 'Applicants who take part in the iteration: lower end of the 95 % confidence interval of the mean; null for one replicate.';
COMMENT ON COLUMN simulation.iteration_outcome.applicants_high IS 'Applicants who take part in the iteration: upper end of the 95 % confidence interval of the mean; null for one replicate.';
COMMENT ON COLUMN simulation.iteration_outcome.applicants_change_mean IS 'Applicants who take part in the iteration, more than in the first scenario: mean over the replicates.';
COMMENT ON COLUMN simulation.iteration_outcome.applicants_change_low IS 'Applicants who take part in the iteration, more than in the first scenario: lower end of the 95 % confidence interval of the mean; null for one replicate.';
COMMENT ON COLUMN simulation.iteration_outcome.applicants_change_high IS 'Applicants who take part in the iteration, more than in the first scenario: upper end of the 95 % confidence interval of the mean; null for one replicate.';
COMMENT ON COLUMN simulation.iteration_outcome.applicants_change_variance_ratio IS 'Applicants who take part in the iteration, more than in the first scenario: how many times as many replicates it would take to know it as well without common random numbers; null for one replicate, and where it is the same in all.';
COMMENT ON COLUMN simulation.iteration_outcome.matched_mean IS 'Applicants whom the iteration matches: mean over the replicates.';
COMMENT ON COLUMN simulation.iteration_outcome.matched_low IS 'Applicants whom the iteration matches: lower end of the 95 % confidence interval of the mean; null for one replicate.';
COMMENT ON COLUMN simulation.iteration_outcome.matched_high IS 'Applicants whom the iteration matches: upper end of the 95 % confidence interval of the mean; null for one replicate.';
COMMENT ON COLUMN simulation.iteration_outcome.matched_change_mean IS 'Applicants whom the iteration matches, more than in the first scenario: mean over the replicates.';
COMMENT ON COLUMN simulation.iteration_outcome.matched_change_low IS 'Applicants whom the iteration matches, more than in the first scenario: lower end of the 95 % confidence interval of the mean; null for one replicate.';
COMMENT ON COLUMN simulation.iteration_outcome.matched_change_high IS 'Applicants whom the iteration matches, more than in the first scenario: upper end of the 95 % confidence interval of the mean; null for one replicate.';
COMMENT ON COLUMN simulation.iteration_outcome.matched_change_variance_ratio IS 'Applicants whom the iteration matches, more than in the first scenario: how many times as many replicates it would take to know it as well without common random numbers; null for one replicate, and where it is the same in all.';
COMMENT ON COLUMN simulation.iteration_outcome.unmatched_mean IS 'Applicants without a match after the iteration: mean over the replicates.';
COMMENT ON COLUMN simulation.iteration_outcome.unmatched_low IS 'Applicants without a match after the iteration: lower end of the 95 % confidence interval of the mean; null for one replicate.';
COMMENT ON COLUMN simulation.iteration_outcome.unmatched_high IS 'Applicants without a match after the iteration: upper end of the 95 % confidence interval of the mean; null for one replicate.';
COMMENT ON COLUMN simulation.iteration_outcome.unmatched_change_mean IS 'Applicants without a match after the iteration, more than in the first scenario: mean over the replicates.';
COMMENT ON COLUMN simulation.iteration_outcome.unmatched_change_low IS 'Applicants without a match after the iteration, more than in the first scenario: lower end of the 95 % confidence interval of the mean; null for one replicate.';
COMMENT ON COLUMN simulation.iteration_outcome.unmatched_change_high IS 'Applicants without a match after the iteration, more than in the first scenario: upper end of the 95 % confidence interval of the mean; null for one replicate.';
COMMENT ON COLUMN simulation.iteration_outcome.unmatched_change_variance_ratio IS 'Applicants without a match after the iteration, more than in the first scenario: how many times as many replicates it would take to know it as well without common random numbers; null for one replicate, and where it is the same in all.';
COMMENT ON COLUMN simulation.iteration_outcome.seats_mean IS 'Seats that the iteration offers: mean over the replicates.';
COMMENT ON COLUMN simulation.iteration_outcome.seats_low IS 'Seats that the iteration offers: lower end of the 95 % confidence interval of the mean; null for one replicate.';
COMMENT ON COLUMN simulation.iteration_outcome.seats_high IS 'Seats that the iteration offers: upper end of the 95 % confidence interval of the mean; null for one replicate.';
COMMENT ON COLUMN simulation.iteration_outcome.seats_change_mean IS 'Seats that the iteration offers, more than in the first scenario: mean over the replicates.';
COMMENT ON COLUMN simulation.iteration_outcome.seats_change_low IS 'Seats that the iteration offers, more than in the first scenario: lower end of the 95 % confidence interval of the mean; null for one replicate.';
COMMENT ON COLUMN simulation.iteration_outcome.seats_change_high IS 'Seats that the iteration offers, more than in the first scenario: upper end of the 95 % confidence interval of the mean; null for one replicate.';
COMMENT ON COLUMN simulation.iteration_outcome.seats_change_variance_ratio IS 'Seats that the iteration offers, more than in the first scenario: how many times as many replicates it would take to know it as well without common random numbers; null for one replicate, and where it is the same in all.';
COMMENT ON COLUMN simulation.iteration_outcome.filled_mean IS 'Seats that the iteration fills: mean over the replicates.';
COMMENT ON COLUMN simulation.iteration_outcome.filled_low IS 'Seats that the iteration fills: lower end of the 95 % confidence interval of the mean; null for one replicate.';
COMMENT ON COLUMN simulation.iteration_outcome.filled_high IS 'Seats that the iteration fills: upper end of the 95 % confidence interval of the mean; null for one replicate.';
COMMENT ON COLUMN simulation.iteration_outcome.filled_change_mean IS 'Seats that the iteration fills, more than in the first scenario: mean over the replicates.';
COMMENT ON COLUMN simulation.iteration_outcome.filled_change_low IS 'Seats that the iteration fills, more than in the first scenario: lower end of the 95 % confidence interval of the mean; null for one replicate.';
COMMENT ON COLUMN simulation.iteration_outcome.filled_change_high IS 'Seats that the iteration fills, more than in the first scenario: upper end of the 95 % confidence interval of the mean; null for one replicate.';
COMMENT ON COLUMN simulation.iteration_outcome.filled_change_variance_ratio IS 'Seats that the iteration fills, more than in the first scenario: how many times as many replicates it would take to know it as well without common random numbers; null for one replicate, and where it is the same in all.';
COMMENT ON COLUMN simulation.iteration_outcome.unfilled_mean IS 'Seats that are empty after the iteration: mean over the replicates.';
COMMENT ON COLUMN simulation.iteration_outcome.unfilled_low IS 'Seats that are empty after the iteration: lower end of the 95 % confidence interval of the mean; null for one replicate.';
COMMENT ON COLUMN simulation.iteration_outcome.unfilled_high IS 'Seats that are empty after the iteration: upper end of the 95 % confidence interval of the mean; null for one replicate.';
COMMENT ON COLUMN simulation.iteration_outcome.unfilled_change_mean IS 'Seats that are empty after the iteration, more than in the first scenario: mean over the replicates.';
COMMENT ON COLUMN simulation.iteration_outcome.unfilled_change_low IS 'Seats that are empty after the iteration, more than in the first scenario: lower end of the 95 % confidence interval of the mean; null for one replicate.';
COMMENT ON COLUMN simulation.iteration_outcome.unfilled_change_high IS 'Seats that are empty after the iteration, more than in the first scenario: upper end of the 95 % confidence interval of the mean; null for one replicate.';
COMMENT ON COLUMN simulation.iteration_outcome.unfilled_change_variance_ratio IS 'Seats that are empty after the iteration, more than in the first scenario: how many times as many replicates it would take to know it as well without common random numbers; null for one replicate, and where it is the same in all.';
COMMENT ON COLUMN simulation.iteration_outcome.scenario_id IS 'The scenario.';
COMMENT ON COLUMN simulation.iteration_outcome.ordinal IS 'Number of the row within the scenario.';
COMMENT ON COLUMN simulation.iteration_outcome.simulation_id IS 'The simulation.';
COMMENT ON COLUMN simulation.iteration_outcome.iteration IS 'The iteration: 1, or 2 for the one in which those without a match apply again.';
COMMENT ON COLUMN simulation.iteration_outcome.category IS 'Category of the applicants; null for all of them, and then with seats.';
COMMENT ON COLUMN simulation.iteration_outcome.audited IS 'Matchings of the iteration that the auditor looked at; null in rows of a category.';
COMMENT ON COLUMN simulation.iteration_outcome.is_stable IS 'Whether nobody blocks any of them; null in rows of a category.';
COMMENT ON COLUMN simulation.iteration_outcome.blocking_pairs IS 'Pairs that block one of them; null in rows of a category.';

CREATE TABLE simulation.carried_seats (
  seats_mean FLOAT,
  seats_low FLOAT,
  seats_high FLOAT,
  filled_mean FLOAT,
  filled_low FLOAT,
  filled_high FLOAT,
  scenario_id INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  simulation_id INTEGER NOT NULL,
  program_ordinal INTEGER NOT NULL,
  CONSTRAINT pk_carried_seats PRIMARY KEY (scenario_id, ordinal),
  CONSTRAINT fk_carried_seats_scenario_id FOREIGN KEY(scenario_id) REFERENCES simulation.scenario (scenario_id) ON DELETE CASCADE,
  CONSTRAINT fk_carried_seats_simulation_id FOREIGN KEY(simulation_id) REFERENCES simulation.simulation (simulation_id) ON DELETE CASCADE
);
CREATE INDEX ix_carried_seats_simulation_id ON simulation.carried_seats (simulation_id);
COMMENT ON TABLE simulation.carried_seats IS 'Seats of a program that simulated matches carry over into a second iteration.';
COMMENT ON COLUMN simulation.carried_seats.seats_mean IS 'Seats that come into the second iteration: mean over the replicates.';
COMMENT ON COLUMN simulation.carried_seats.seats_low IS 'Seats that come into the second iteration: lower end of the 95 % confidence interval of the mean; null for one replicate.';
COMMENT ON COLUMN simulation.carried_seats.seats_high IS 'Seats that come into the second iteration: upper end of the 95 % confidence interval of the mean; null for one replicate.';
COMMENT ON COLUMN simulation.carried_seats.filled_mean IS 'Seats that the second iteration fills: mean over the replicates.';
COMMENT ON COLUMN simulation.carried_seats.filled_low IS 'Seats that the second iteration fills: lower end of the 95 % confidence interval of the mean; null for one replicate.';
COMMENT ON COLUMN simulation.carried_seats.filled_high IS 'Seats that the second iteration fills: upper end of the 95 % confidence interval of the mean; null for one replicate.';
COMMENT ON COLUMN simulation.carried_seats.scenario_id IS 'The scenario.';
COMMENT ON COLUMN simulation.carried_seats.ordinal IS 'Number of the row within the scenario.';
COMMENT ON COLUMN simulation.carried_seats.simulation_id IS 'The simulation.';
COMMENT ON COLUMN simulation.carried_seats.program_ordinal IS 'The program''s outcome in the scenario.';

