using System.Text.Json;

namespace Ballast.Lab;

/// <summary>The folder that a run leaves: <c>run.json</c>, <c>metrics.jsonl</c>, <c>activations.jsonl</c>, <c>checkpoint.safetensors</c>,
/// <c>weights.safetensors</c>, <c>report.html</c>, and where it was asked for event files of TensorBoard.</summary>
/// <remarks>One process at a time writes to a folder: whoever made it by <see cref="Create"/> or took it by <see cref="Own"/>, until
/// <see cref="Dispose"/>. A run's end gives it back. Reading needs no ownership.</remarks>
public sealed class RunFolder : IDisposable
{
    /// <summary>The version of the files that this Ballast writes and reads.</summary>
    public const int Format = 1;

    /// <summary>The file with the structure of a network that was read from one: the run's own copy.</summary>
    public const string NetworkName = "network.onnx";

    const string RecordName = "run.json";

    FolderLock? owned;

    RunFolder(string path, RunRecord record)
    {
        Path = path;
        Record = record;
    }

    /// <summary>The folder, as it was named.</summary>
    public string Path { get; }

    /// <summary>What <c>run.json</c> says.</summary>
    public RunRecord Record { get; private set; }

    /// <summary>The losses and other measurements, a JSON object a line: <see cref="Metric"/>.</summary>
    public string MetricsPath => System.IO.Path.Combine(Path, "metrics.jsonl");

    /// <summary>How activations are distributed over training, a JSON object a line: <see cref="LayerSpread"/>.</summary>
    public string ActivationsPath => System.IO.Path.Combine(Path, "activations.jsonl");

    /// <summary>What training continues from.</summary>
    public string CheckpointPath => System.IO.Path.Combine(Path, "checkpoint.safetensors");

    /// <summary>The trained network's state, under PyTorch's keys; there once training is over.</summary>
    public string WeightsPath => System.IO.Path.Combine(Path, "weights.safetensors");

    /// <summary>The state of the best epoch's network, where it is kept.</summary>
    public string BestPath => System.IO.Path.Combine(Path, "best.safetensors");

    /// <summary>What training one of the networks that are averaged continues from; deleted once training is over.</summary>
    /// <param name="member">Which one, from 1.</param>
    public string MemberPath(int member) => System.IO.Path.Combine(Path, $"member-{member}.safetensors");

    /// <summary>The page of the run, or of the comparison.</summary>
    public string ReportPath => System.IO.Path.Combine(Path, "report.html");

    /// <summary>Makes a folder for a new run, and owns it.</summary>
    /// <exception cref="IOException">It is there already and not empty, another process has it, or it cannot be written.</exception>
    public static RunFolder Create(string path, RunRecord record)
    {
        RefuseUsed(path);
        Directory.CreateDirectory(path);
        var folder = new RunFolder(path, record) { owned = FolderLock.Take(path) };
        try
        {
            // Again: another process may have been here before the lock was.
            RefuseUsed(path);
            folder.KeepNetwork();
            folder.Write();
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Refuses a folder that has something in it, which a new run might overwrite. What a run leaves that was killed before
    /// its <c>run.json</c> was written does not count.</summary>
    /// <exception cref="IOException">It is not empty, or a file.</exception>
    public static void RefuseUsed(string path)
    {
        if (File.Exists(path))
            throw new IOException($"{path} is a file. A run needs a folder of its own.");
        if (!FolderLock.IsUnused(path))
            throw new IOException($"{path} is not empty. Choose another folder for a new run, or resume the one that is there.");
    }

    /// <summary>Opens the folder of an earlier run to read it; <see cref="Own"/> takes it to go on with.</summary>
    /// <exception cref="IOException">There is no such folder or no run in it.</exception>
    /// <exception cref="InvalidDataException">Its <c>run.json</c> is damaged or of another version.</exception>
    public static RunFolder Open(string path)
    {
        string file = System.IO.Path.Combine(path, RecordName);
        if (!File.Exists(file))
        {
            throw new FileNotFoundException(
                File.Exists(path) ? $"{path} is a file, and a run is a folder. Weights alone are named by --weights."
                : !Directory.Exists(path) ? $"There is no folder {path}."
                : Directory.EnumerateFileSystemEntries(path).Any() && FolderLock.IsUnused(path)
                    ? $"{path} holds no run yet: its command was stopped before it wrote {RecordName}. Begin the run anew, in this folder or another."
                    : $"{path} holds no run: it has no {RecordName}.");
        }

        return new RunFolder(path, Read(file));
    }

    /// <summary>Takes the folder to go on with its run: no other process can until <see cref="Dispose"/>. The record is read again,
    /// as another process may have changed it meanwhile. Nothing is done where it is owned already.</summary>
    /// <returns>The folder itself.</returns>
    /// <exception cref="IOException">Another process has it, which is named; or it cannot be written.</exception>
    /// <exception cref="InvalidDataException">Its <c>run.json</c> is damaged or of another version.</exception>
    public RunFolder Own()
    {
        if (owned is not null)
            return this;
        owned = FolderLock.Take(Path);
        try
        {
            Record = Read(System.IO.Path.Combine(Path, RecordName));
            return this;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Lets other processes write to the folder.</summary>
    public void Dispose()
    {
        owned?.Dispose();
        owned = null;
    }

    /// <summary>Removes what a process has left that was killed after the run was finished, where that can be.</summary>
    /// <returns>The folder itself.</returns>
    public RunFolder Tidy()
    {
        FolderLock.Tidy(Path);
        return this;
    }

    /// <summary>The run of a part of this one, a folder in this folder; null if it was not begun.</summary>
    public RunFolder? Part(string name)
    {
        string path = System.IO.Path.Combine(Path, name);
        return File.Exists(System.IO.Path.Combine(path, RecordName)) ? Open(path) : null;
    }

    /// <summary>Replaces what <c>run.json</c> says. A folder that is not owned yet is for as long as that takes.</summary>
    /// <exception cref="IOException">Another process has the folder, which is named. It cannot be written; the old one is still there.</exception>
    public void Update(RunRecord record)
    {
        if (record == Record)
            return;
        using var taken = owned is null ? FolderLock.Take(Path) : null;
        Record = record;
        Write();
    }

    // A run has all that it needs: where its network's structure came from may be gone tomorrow.
    void KeepNetwork()
    {
        if (Record.Settings.Tuning is not { Network: { } source } tuning)
            return;
        string own = System.IO.Path.Combine(Path, NetworkName);
        BodyReader.Required.Copy(source, tuning.Cut, own);
        Record = Record with { Settings = Record.Settings with { Tuning = tuning with { Network = own, Cut = null } } };
    }

    static RunRecord At(RunRecord record, Func<string, string> place) => record.Settings.Tuning is { Network: { } name } tuning
        ? record with { Settings = record.Settings with { Tuning = tuning with { Network = place(name) } } } : record;

    void Write() => AtomicFile.Write(System.IO.Path.Combine(Path, RecordName), stream =>
    {
        // The folder may be moved.
        JsonSerializer.Serialize(stream, At(Record, static file => System.IO.Path.GetFileName(file)), RunJson.Default.RunRecord);
        stream.WriteByte((byte)'\n');
    });

    static RunRecord Read(string file) => At(
        VersionedJson.Read(file, "run", Format, RunJson.Default.RunRecord, Check, "Put back a copy of it, or begin a new run in another folder."),
        name => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(file)!, System.IO.Path.GetFileName(name)));

    static void Check(RunRecord record)
    {
        record.Settings.Check(layers: record.File is null);
        if (record.File is { } file)
            file.Check();
        else
            record.TrainedOn.Check();
    }
}
