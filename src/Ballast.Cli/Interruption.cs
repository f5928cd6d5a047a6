using System.Runtime.InteropServices;

namespace Ballast.Cli;

/// <summary>What stops the work before its end: Ctrl-C, the signal to terminate, a terminal that is closed, or an output that takes no
/// more. The first asks the work to stop, a second signal ends the program.</summary>
sealed class Interruption : IDisposable
{
    readonly CancellationTokenSource source = new();
    readonly PosixSignalRegistration[] registrations;
    OutputException? failure;
    volatile bool signalled;

    public Interruption() => registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, Handle),
    ];

    /// <summary>What the work looks at.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>The exit code of a program that the last signal ended: 128 and its number.</summary>
    public static int ExitCode { get; private set; } = 130;

    /// <summary>Writes something to the output; where that fails, the work is to stop.</summary>
    public void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (OutputException error)
        {
            failure ??= error;
            source.Cancel();
        }
    }

    /// <summary>What to throw at the end of work that was stopped.</summary>
    /// <param name="message">What is said after a signal.</param>
    /// <param name="goOn">How to go on.</param>
    public Exception Reason(string message, string goOn)
    {
        if (signalled || failure is null)
            return new InterruptedException($"{message} {goOn}");
        failure.Data[Failure.Remedy] = goOn;
        return failure;
    }

    public void Dispose()
    {
        foreach (var registration in registrations)
            registration.Dispose();
        source.Dispose();
    }

    void Handle(PosixSignalContext context)
    {
        ExitCode = context.Signal switch
        {
            PosixSignal.SIGTERM => 143,
            PosixSignal.SIGHUP => 129,
            _ => 130,
        };
        if (signalled)
        {
            Output.ShowCursor();
            return;
        }

        context.Cancel = signalled = true;
        source.Cancel();
    }
}
