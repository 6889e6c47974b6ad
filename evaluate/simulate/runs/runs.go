// Package runs plays the runs of a simulation, side by side and each with draws of
// its own, so that the same seed gives the same result on however many processors.
package runs

import (
	"math/rand/v2"
	"runtime"
	"sync"
)

// Generator returns the source of the draws of one run.
func Generator(seed, run uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, run)) }

// Parallel runs do(0) to do(n-1), one per processor at a time, and returns the error
// of the first that failed, by number.
func Parallel(n int, do func(i int) error) error {
	next, errs := make(chan int), make([]error, n)
	var workers sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for i := range next {
				errs[i] = do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	workers.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
