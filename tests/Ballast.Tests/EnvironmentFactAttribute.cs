namespace Ballast.Tests;

/// <summary>A test of something that was made beforehand, named by an environment variable; skipped without it. The script
/// that lands changes makes all of them.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class EnvironmentFactAttribute : FactAttribute
{
    public EnvironmentFactAttribute(string variable)
    {
        if (Environment.GetEnvironmentVariable(variable) is null or "")
            Skip = $"{variable} is not set.";
    }
}
