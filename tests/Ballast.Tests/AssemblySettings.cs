using System.Runtime.CompilerServices;
using Ballast.Kernels;

namespace Ballast.Tests;

static class AssemblySettings
{
    /// <summary>A write past the end of any memory that a kernel works in fails the test that does it, or the next one.</summary>
    [ModuleInitializer]
    internal static void GuardMemory() => Guards.AreSet = true;
}
