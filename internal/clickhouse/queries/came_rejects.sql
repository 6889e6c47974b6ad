-- A message whose model cannot be read may be anybody's: each is told of it, with its
-- topic and day. A file is no stream: what is wrong with it is said when it is loaded,
-- and its rows have the time of that, not their own.
SELECT arrayJoin(if(model = '', {models:Array(String)}, [model])) AS told, {{template "bucket"}},
    toString(reason) AS reason, if(model = '', toString(_topic), '') AS nameless_topic, toUInt16(toDate(ts)) AS day, count()
FROM rejects_open
WHERE (model = '' OR model IN {models:Array(String)}) AND NOT startsWith(_topic, 'file:') AND {{template "asked" .}}
GROUP BY told, bucket_number, reason, nameless_topic, day
