// Belongs to mutants.py, which copies it into the tests: runs tests of a list in this process, in its order, until one fails.
// MutantRunner record LOG [PREFIX...]: all tests but those whose names begin so; a line for each with its milliseconds and the mutants it came by.
// MutantRunner run LIST: the tests of a file, a name a line.
using System.Diagnostics;
using System.Reflection;
using Ballast;
using Xunit.Sdk;

static class MutantRunner
{
    static int Main(string[] arguments)
    {
        var tests = Assembly.GetExecutingAssembly().GetTypes().Where(static type => type.IsPublic && !type.IsAbstract)
            .SelectMany(static type => type.GetMethods())
            .Where(static method => method.GetCustomAttribute<FactAttribute>() is { Skip: null })
            .GroupBy(static method => $"{method.ReflectedType!.FullName}.{method.Name}").ToDictionary(static group => group.Key, static group => group.First());
        bool records = arguments[0] == "record";
        string[] names = records
            ? [.. tests.Keys.Where(name => !arguments.Skip(2).Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))]
            : File.ReadAllLines(arguments[1]);
        foreach (string name in names)
        {
            var clock = Stopwatch.StartNew();
            var failure = Run(tests[name]);
            if (records)
            {
                var passed = Enumerable.Range(0, Mutant.Passed.Length).Where(static i => Mutant.Passed[i]);
                File.AppendAllText(arguments[1], $"{(failure is null ? "" : "FAILS ")}{name} {clock.ElapsedMilliseconds} {string.Join(' ', passed)}{Environment.NewLine}");
                Array.Clear(Mutant.Passed);
            }
            else if (failure is not null)
            {
                Console.WriteLine($"CAUGHT {name}");
                Console.WriteLine(failure);
                Environment.Exit(1);
            }
        }

        return 0;
    }

    // The first failure, if any.
    static string? Run(MethodInfo method)
    {
        try
        {
            foreach (object?[]? row in method.GetCustomAttributes<DataAttribute>().SelectMany(data => data.GetData(method)).DefaultIfEmpty([]))
            {
                object?[] arguments = row ?? [null]; // [InlineData(null)]
                object? test = method.IsStatic ? null : Activator.CreateInstance(method.ReflectedType!);
                (method.Invoke(test, [.. method.GetParameters().Select((parameter, i) => i < arguments.Length ? arguments[i] : parameter.DefaultValue)]) as Task)?.GetAwaiter().GetResult();
                (test as IDisposable)?.Dispose();
            }

            return null;
        }
        catch (Exception failure)
        {
            return (failure.InnerException ?? failure).ToString();
        }
    }
}
