using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ballast.Peers;

// Ballast beside TorchSharp and PyTorch, row by row, in turn. CONTRIBUTING.md says how to run it.
const string Child = "BALLAST_PEERS_THREADS";

if (args is ["--script", var script, var optimizer, var steps, var ofThreads])
    return ScriptTimer.Run(script, optimizer, int.Parse(steps, CultureInfo.InvariantCulture), int.Parse(ofThreads, CultureInfo.InvariantCulture));

var options = PeerOptions.Parse(args);
if (options is null)
    return 2;
if (options.Check)
{
    using var process = Process.Start(Environments.Of(1, Child, ["--rows", "^$"]))!;
    process.WaitForExit();
    return process.ExitCode;
}

if (Environment.GetEnvironmentVariable(Child) is not { Length: > 0 } child)
{
    // Libraries read their settings as they are loaded: each number of threads gets a process of its own.
    if (!options.Json)
        Console.WriteLine($"{"row",-44} {"threads",7} {"ballast",13} {"peer",10} {"ratio",7}  peer's name");
    foreach (int count in options.Threads)
    {
        using var process = Process.Start(Environments.Of(count, Child, args))!;
        process.WaitForExit();
        if (process.ExitCode != 0)
            return process.ExitCode;
    }

    return 0;
}

int threads = int.Parse(child, CultureInfo.InvariantCulture);
Ballast.Compute.Threads = threads;
TorchSharp.torch.set_num_threads(threads);
using var python = PythonWorker.Start(threads);
var timer = new PeerTimer(options.Pairs, options.Seconds, python);
foreach (var row in Rows.All.Where(row => Regex.IsMatch(row.Name, options.Rows)))
{
    var result = timer.Run(options.Alone ? row.Alone() : row);
    if (options.Json)
    {
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            row = row.Name,
            threads,
            ballast = result.Ballast,
            peer = result.Time,
            peerName = result.Peer,
            ratio = result.Ratio,
        }));
    }
    else
    {
        string ballast = result.Ballast?.ToString("G4", CultureInfo.InvariantCulture) ?? "not there yet";
        string ratio = result.Ratio?.ToString("F2", CultureInfo.InvariantCulture) ?? "-";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{row.Name,-44} {threads,7} {ballast,13} {result.Time,10:G4} {ratio,7}  {result.Peer}"));
    }
}

return 0;
