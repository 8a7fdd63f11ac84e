-- Who opened anything of one report, without going through the whole register.
CREATE INDEX access_report ON access (report_speaker, report_idx);
