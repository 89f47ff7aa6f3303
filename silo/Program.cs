using IconDiffusion.Client.Commands;
using IconDiffusion.Silo.Commands;

SiloProgram.EndWithLauncher();
return await CommandLine.RunAsync(
    args,
    [
        AskCommand.Create(), RunCommand.Create(), SiloCommand.Create(), ClusterCommand.Create(), BackupCommands.CreateBackup(), BackupCommands.CreateRestore(), PlanCommand.Create(), ReportCommand.Create(), SampleCommand.Create(), UpscaleCommand.Create(), EvaluateCommand.Create(),
        CompareCommand.Create(), CalibrateCommand.Create(), DatasetCommand.Create(), ConsentCommand.Create(), PublishCommand.Create(), DemoCommand.Create(), WeightsCommand.Create(), DoctorCommand.Create(),
    ],
    SiloFailures.Explain);
