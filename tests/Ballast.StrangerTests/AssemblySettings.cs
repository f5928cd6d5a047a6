// Generator.Default belongs to the whole process: two tests at once would see each other's.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
