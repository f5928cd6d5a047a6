using System.Net;
using System.Runtime.ExceptionServices;
using Ballast.Cli;
using Ballast.Lab;

namespace Ballast.Tests.Cli;

/// <summary>The command, run within the process of the tests: a process of its own takes a second to compile what it runs. What is seen from
/// outside alone (signals, terminals, pipes, two at once, what a later process finds) is tested by <see cref="BallastProcess"/>.</summary>
static class BallastCommand
{
    /// <summary>Runs it to its end in a folder, on a thread that nothing has run on.</summary>
    public static (int ExitCode, string Output, string Errors) Run(TemporaryFolder folder, params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var errors = new StringWriter { NewLine = "\n" };
        using var place = new Surroundings(folder, output, errors);
        int code = 0;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                code = (int)typeof(Application).Assembly.EntryPoint!.Invoke(null, [arguments])!;
            }
#pragma warning disable CA1031 // It is thrown on where the test can see it.
            catch (Exception error)
#pragma warning restore CA1031
            {
                failure = ExceptionDispatchInfo.Capture(error);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return (code, output.ToString().ReplaceLineEndings("\n"), errors.ToString().ReplaceLineEndings("\n"));
    }

    // What belongs to the whole process and a command changes, or looks at: as BallastProcess has it while one runs, and as before after it.
    sealed class Surroundings : IDisposable
    {
        readonly string current = Directory.GetCurrentDirectory();
        readonly (TextWriter Output, TextWriter Errors) console = (Console.Out, Console.Error);
        readonly List<(string Name, string? Value)> variables = [];
        readonly IWebProxy proxy = HttpClient.DefaultProxy;
        readonly (int Threads, byte[] State) compute = (Compute.Threads, Generator.Default.GetState());
        readonly PictureDecoder decoder = PictureDecoder.Default;
        readonly (BodyReader? Bodies, WeightReader? Weights) readers = (BodyReader.Current, WeightReader.Current);
        readonly IReadOnlyList<StoredFormats.OtherFormat> formats = StoredFormats.Others;

        public Surroundings(TemporaryFolder folder, TextWriter output, TextWriter errors)
        {
            foreach (var (name, value) in BallastProcess.Variables(folder))
            {
                variables.Add((name, Environment.GetEnvironmentVariable(name)));
                Environment.SetEnvironmentVariable(name, value);
            }

            HttpClient.DefaultProxy = new WebProxy(BallastProcess.NoProxy);
            Compute.Threads = Environment.ProcessorCount;
            Directory.SetCurrentDirectory(folder.Path);
            Console.SetOut(output);
            Console.SetError(errors);
            FirstStep.Begin();
        }

        public void Dispose()
        {
            Console.SetOut(console.Output);
            Console.SetError(console.Errors);
            Directory.SetCurrentDirectory(current);
            HttpClient.DefaultProxy = proxy;
            foreach (var (name, value) in variables)
                Environment.SetEnvironmentVariable(name, value);
            Compute.Threads = compute.Threads;
            Generator.Default.SetState(compute.State);
            PictureDecoder.Default = decoder;
            (BodyReader.Current, WeightReader.Current) = readers;
            StoredFormats.Others = formats;
        }
    }
}
