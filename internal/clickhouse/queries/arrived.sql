{{template "arrived" .}}
