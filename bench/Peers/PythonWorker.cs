using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Ballast.Peers;

/// <summary>PyTorch of the system's Python, in a process of its own that runs what it is told (worker.py).</summary>
sealed class PythonWorker : IDisposable
{
    const string Python = "/usr/bin/python3";

    readonly Process process;

    PythonWorker(Process process) => this.process = process;

    /// <summary>Starts it; null where there is no PyTorch.</summary>
    public static PythonWorker? Start(int threads)
    {
        if (!File.Exists(Python))
            return null;
        var start = new ProcessStartInfo(Python)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            ArgumentList = { "-B", Path.Combine(AppContext.BaseDirectory, "worker.py"), threads.ToString(CultureInfo.InvariantCulture) },
        };
        start.Environment.Remove("LD_PRELOAD");
        var worker = new PythonWorker(Process.Start(start)!);
        if (worker.process.StandardOutput.ReadLine() is not null)
            return worker;
        Console.Error.WriteLine($"{Python} has no PyTorch: its column is left out. Debian: apt-get install python3-torch libopenblas0-pthread");
        worker.Dispose();
        return null;
    }

    /// <summary>Prepares a row and runs it once.</summary>
    public void Prepare(PythonSide side) =>
        Ask(new Dictionary<string, object> { ["setup"] = side.Setup, ["run"] = side.Run, ["grad"] = side.Gradients });

    /// <summary>Runs the row so often: milliseconds of one.</summary>
    public double Time(int count) => Ask(new Dictionary<string, object> { ["count"] = count }).GetProperty("ms").GetDouble();

    JsonElement Ask(Dictionary<string, object> request)
    {
        process.StandardInput.WriteLine(JsonSerializer.Serialize(request));
        process.StandardInput.Flush();
        string line = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("PyTorch's process ended.");
        var answer = JsonDocument.Parse(line).RootElement;
        return answer.TryGetProperty("error", out var error) ? throw new InvalidOperationException(error.GetString()) : answer;
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }
}
