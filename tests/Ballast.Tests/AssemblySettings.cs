// Compute.Threads and Generator.Default belong to the whole process: two tests at once would see each other's.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
