using System.Runtime.CompilerServices;
using Ballast;

// Compute.Threads and Generator.Default belong to the whole process: two tests at once would see each other's.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

static class OneAtATime
{
    /// <summary>What a test draws without a generator of its own is the same in every run of all tests.</summary>
    [ModuleInitializer]
    internal static void Seed() => Generator.Default.ManualSeed(1);
}
