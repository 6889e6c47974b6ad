// Package filestore is a model registry in one JSON file, for a machine without
// a registry server and for trying driftd out. The file is made to be read and
// edited by people:
//
//	{
//	  "models": {
//	    "churn": {
//	      "tags": {"owner": "ml-oncall"},
//	      "aliases": {"champion": "2"},
//	      "stages": {"Production": "2"},
//	      "versions": {
//	        "1": {"run_id": "d71923d68a3245fbb867a72cc1e7b0e9", "created_at": "2026-09-01T00:00:00Z"},
//	        "2": {
//	          "source": "models/churn-2",
//	          "description": "trained on September",
//	          "created_at": "2026-10-01T00:00:00Z",
//	          "tags": {"validation_status": "passed"},
//	          "metrics": {"auc": 0.91}
//	        }
//	      }
//	    }
//	  }
//	}
//
// Everything but the version numbers is optional. stages knows Production and
// Staging. source is the directory with the version's files, relative to the
// JSON file; status is READY unless stated.
//
// Changes are exclusive across processes (flock on a file beside it) and
// replace the file as a whole, so a reader sees the old or the new one and a
// crash loses neither.
package filestore
