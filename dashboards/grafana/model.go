package grafana

// The classic dashboard schema, as far as boards need it. Fields are in the order of
// their names, so that files only differ where boards do.

type dashboard struct {
	Annotations   annotations `json:"annotations"`
	Description   string      `json:"description"`
	Editable      bool        `json:"editable"`
	GraphTooltip  int         `json:"graphTooltip"` // 1: one crosshair for all panels
	Links         []link      `json:"links"`
	Panels        []panel     `json:"panels"`
	Refresh       string      `json:"refresh"`
	SchemaVersion int         `json:"schemaVersion"`
	Tags          []string    `json:"tags"`
	Templating    templating  `json:"templating"`
	Time          timeRange   `json:"time"`
	Timezone      string      `json:"timezone"`
	Title         string      `json:"title"`
	UID           string      `json:"uid"`
}

type annotations struct {
	List []annotation `json:"list"`
}

type annotation struct {
	BuiltIn    int     `json:"builtIn,omitempty"`
	Datasource source  `json:"datasource"`
	Enable     bool    `json:"enable"`
	Hide       bool    `json:"hide"`
	IconColor  string  `json:"iconColor"`
	Name       string  `json:"name"`
	Target     *target `json:"target,omitempty"`
	Type       string  `json:"type,omitempty"`
}

type source struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

// link leads from the head of a dashboard to those with its tags.
type link struct {
	AsDropdown  bool     `json:"asDropdown"`
	Icon        string   `json:"icon"`
	IncludeVars bool     `json:"includeVars"`
	KeepTime    bool     `json:"keepTime"`
	Tags        []string `json:"tags"`
	TargetBlank bool     `json:"targetBlank"`
	Title       string   `json:"title"`
	Tooltip     string   `json:"tooltip"`
	Type        string   `json:"type"`
	URL         string   `json:"url"`
}

type timeRange struct {
	From string `json:"from"`
	To   string `json:"to"`
}

type templating struct {
	List []variable `json:"list"`
}

type variable struct {
	Current     *current `json:"current,omitempty"`
	Datasource  *source  `json:"datasource,omitempty"`
	Description string   `json:"description"`
	Hide        int      `json:"hide"`
	IncludeAll  bool     `json:"includeAll"`
	Label       string   `json:"label"`
	Multi       bool     `json:"multi"`
	Name        string   `json:"name"`
	Options     []option `json:"options"`
	Query       any      `json:"query"`             // a target, or the type of data sources
	Refresh     int      `json:"refresh,omitempty"` // 1 when a dashboard is loaded, 2 when its time changes
	Regex       string   `json:"regex"`
	Sort        int      `json:"sort"` // 0: as the query gives them
	Type        string   `json:"type"`
}

type current struct {
	Text  any `json:"text"`
	Value any `json:"value"`
}

type option struct{}

type panel struct {
	Datasource  source      `json:"datasource"`
	Description string      `json:"description"`
	FieldConfig fieldConfig `json:"fieldConfig"`
	GridPos     gridPos     `json:"gridPos"`
	ID          int         `json:"id"`
	Options     fields      `json:"options"`
	Targets     []target    `json:"targets"`
	Title       string      `json:"title"`
	Type        string      `json:"type"`
}

type gridPos struct {
	H int `json:"h"`
	W int `json:"w"`
	X int `json:"x"`
	Y int `json:"y"`
}

// fields are options of one kind of panel; JSON sorts them.
type fields map[string]any

type fieldConfig struct {
	Defaults  defaults   `json:"defaults"`
	Overrides []override `json:"overrides"`
}

type defaults struct {
	Color       *color     `json:"color,omitempty"`
	Custom      fields     `json:"custom"`
	Decimals    *int       `json:"decimals,omitempty"`
	DisplayName string     `json:"displayName,omitempty"`
	Mappings    []mapping  `json:"mappings,omitempty"`
	Min         *float64   `json:"min,omitempty"`
	NoValue     string     `json:"noValue,omitempty"`
	Thresholds  thresholds `json:"thresholds"`
	Unit        string     `json:"unit,omitempty"`
}

type color struct {
	FixedColor string `json:"fixedColor,omitempty"`
	Mode       string `json:"mode"`
}

type mapping struct {
	Options map[string]mapped `json:"options"`
	Type    string            `json:"type"`
}

type mapped struct {
	Color string `json:"color"`
	Index int    `json:"index"`
	Text  string `json:"text"`
}

type thresholds struct {
	Mode  string `json:"mode"`
	Steps []step `json:"steps"`
}

type step struct {
	Color string   `json:"color"`
	Value *float64 `json:"value"` // null: from the start
}

type override struct {
	Matcher    matcher    `json:"matcher"`
	Properties []property `json:"properties"`
}

type matcher struct {
	ID      string `json:"id"`
	Options any    `json:"options"`
}

type property struct {
	ID    string `json:"id"`
	Value any    `json:"value"`
}

// target is a query of Grafana's ClickHouse plugin.
type target struct {
	Datasource    *source `json:"datasource,omitempty"`
	EditorType    string  `json:"editorType"`
	Format        int     `json:"format"`
	PluginVersion string  `json:"pluginVersion"`
	QueryType     string  `json:"queryType"`
	RawSQL        string  `json:"rawSql"`
	RefID         string  `json:"refId"`
}
