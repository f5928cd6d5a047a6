namespace Ballast.Kernels;

/// <summary>Work cut into parts by its shape, never by the number of threads: each part gives the same bits whoever runs
/// it.</summary>
interface IWork
{
    /// <summary>Into how many pieces each thread's share is cut. Who is done takes pieces that another has not begun, so that
    /// long work does not wait for a core that is busy with something else. 1 where a share is to stay with its thread, or is
    /// too short for that.</summary>
    static virtual int Pieces => 1;

    /// <summary>Runs the parts from <paramref name="first"/> up to, not including, <paramref name="last"/>.</summary>
    void Run(int first, int last);
}
