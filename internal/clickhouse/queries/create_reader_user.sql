{{- /* Settings may be changed with a query, as clients do, within these bounds. 0 means no limit: hence the least ones. */ -}}
CREATE USER OR REPLACE {{id .User}} IDENTIFIED WITH sha256_hash BY {{.Hash}}
DEFAULT DATABASE {{id .Database}}
SETTINGS readonly = 2,
    max_execution_time = 30 MIN 1 MAX 300,
    max_memory_usage = 2000000000 MIN 1 MAX 2000000000,
    max_result_rows = 1000000 MIN 1 MAX 10000000,
    do_not_merge_across_partitions_select_final = 1
