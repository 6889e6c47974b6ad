SELECT countIf(isNotNull({{id .Column}})), countIf(isNull({{id .Column}})) FROM {{id .Table}} WHERE mapContains(extra, {name:String})
