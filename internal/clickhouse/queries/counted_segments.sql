{{template "counted segments"}}
