-- The tables of a cluster, and the queries that Orleans' ADO.NET providers look up by name: clustering, persistence, reminders,
-- grain directory. Names of tables, columns, queries and parameters are Orleans'; the statements are this project's.
-- May be run again at any time: what is there stays, and queries of another origin or version are replaced.

CREATE TABLE IF NOT EXISTS orleansquery (
    querykey varchar(64) CONSTRAINT orleansquery_key PRIMARY KEY,
    querytext varchar(8000) NOT NULL
);

CREATE TABLE IF NOT EXISTS orleansmembershipversiontable (
    deploymentid varchar(150) PRIMARY KEY,
    timestamp timestamptz(3) NOT NULL DEFAULT now(),
    version integer NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS orleansmembershiptable (
    deploymentid varchar(150) REFERENCES orleansmembershipversiontable,
    address varchar(45), port integer, generation integer,
    siloname varchar(150) NOT NULL, hostname varchar(150) NOT NULL,
    status integer NOT NULL, proxyport integer, suspecttimes varchar(8000),
    starttime timestamptz(3) NOT NULL, iamalivetime timestamptz(3) NOT NULL,
    PRIMARY KEY (deploymentid, address, port, generation)
);

CREATE TABLE IF NOT EXISTS orleansstorage (
    grainidhash integer NOT NULL, grainidn0 bigint NOT NULL, grainidn1 bigint NOT NULL,
    graintypehash integer NOT NULL, graintypestring varchar(512) NOT NULL,
    grainidextensionstring varchar(512), serviceid varchar(150) NOT NULL,
    payloadbinary bytea, modifiedon timestamp NOT NULL, version integer
);

-- Two silos that both believe a new grain to be theirs: the second one's first write finds the row of the first.
CREATE UNIQUE INDEX IF NOT EXISTS orleansstorage_first_write ON orleansstorage
    (serviceid, graintypestring, grainidn0, grainidn1, coalesce(grainidextensionstring, ''));

CREATE TABLE IF NOT EXISTS orleansreminderstable (
    serviceid varchar(150), grainid varchar(150), remindername varchar(150),
    starttime timestamptz(3) NOT NULL, period bigint NOT NULL, grainhash integer NOT NULL, version integer NOT NULL,
    PRIMARY KEY (serviceid, grainid, remindername)
);

CREATE TABLE IF NOT EXISTS orleansgraindirectory (
    clusterid varchar(150), providerid varchar(150), grainid varchar(2404),
    siloaddress varchar(100) NOT NULL, activationid varchar(100) NOT NULL, createdon timestamptz NOT NULL,
    PRIMARY KEY (clusterid, providerid, grainid)
);

-- Not Orleans': the authority's newest list of revoked certificates.
CREATE TABLE IF NOT EXISTS iconrevocations (clusterid varchar(150) PRIMARY KEY, list bytea NOT NULL);

-- Nor this: what each silo counts on in, to notice that the database was set back.
CREATE TABLE IF NOT EXISTS iconpulses (clusterid varchar(150) NOT NULL, siloname varchar(150) NOT NULL, beats bigint NOT NULL, PRIMARY KEY (clusterid, siloname));

INSERT INTO orleansquery (querykey, querytext) VALUES

-- Members of the cluster. Each change wants the version that its silo has read, and makes the next.
('InsertMembershipVersionKey', $$
    WITH made AS (
        INSERT INTO orleansmembershipversiontable (deploymentid) VALUES (@DeploymentId) ON CONFLICT DO NOTHING RETURNING 1)
    SELECT count(*)::integer FROM made
$$),
('InsertMembershipKey', $$
    WITH next AS (
        UPDATE orleansmembershipversiontable SET version = version + 1, timestamp = now()
        WHERE deploymentid = @DeploymentId AND version = @Version AND NOT EXISTS (
            SELECT 1 FROM orleansmembershiptable
            WHERE deploymentid = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
        RETURNING deploymentid),
    made AS (
        INSERT INTO orleansmembershiptable
            (deploymentid, address, port, generation, siloname, hostname, status, proxyport, starttime, iamalivetime)
        SELECT deploymentid, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime
        FROM next RETURNING 1)
    SELECT count(*)::integer FROM made
$$),
('UpdateMembershipKey', $$
    WITH next AS (
        UPDATE orleansmembershipversiontable SET version = version + 1, timestamp = now()
        WHERE deploymentid = @DeploymentId AND version = @Version AND EXISTS (
            SELECT 1 FROM orleansmembershiptable
            WHERE deploymentid = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
        RETURNING deploymentid),
    changed AS (
        UPDATE orleansmembershiptable AS member
        SET status = @Status, suspecttimes = @SuspectTimes, iamalivetime = @IAmAliveTime FROM next
        WHERE member.deploymentid = next.deploymentid AND address = @Address AND port = @Port AND generation = @Generation
        RETURNING 1)
    SELECT count(*)::integer FROM changed
$$),
('UpdateIAmAlivetimeKey', $$
    UPDATE orleansmembershiptable SET iamalivetime = @IAmAliveTime
    WHERE deploymentid = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
$$),
-- The version is told even where there is no such silo.
('MembershipReadRowKey', $$
    SELECT deploymentid, address, port, generation, siloname, hostname, status, proxyport, suspecttimes, starttime, iamalivetime, known.version
    FROM orleansmembershipversiontable AS known LEFT JOIN (
        SELECT * FROM orleansmembershiptable WHERE address = @Address AND port = @Port AND generation = @Generation) AS member
        USING (deploymentid)
    WHERE deploymentid = @DeploymentId
$$),
('MembershipReadAllKey', $$
    SELECT deploymentid, address, port, generation, siloname, hostname, status, proxyport, suspecttimes, starttime, iamalivetime, known.version
    FROM orleansmembershipversiontable AS known LEFT JOIN orleansmembershiptable USING (deploymentid)
    WHERE deploymentid = @DeploymentId
$$),
('GatewaysQueryKey', $$
    SELECT address, proxyport, generation FROM orleansmembershiptable
    WHERE deploymentid = @DeploymentId AND status = @Status AND proxyport > 0
$$),
('DeleteMembershipTableEntriesKey', $$
    DELETE FROM orleansmembershiptable WHERE deploymentid = @DeploymentId;
    DELETE FROM orleansmembershipversiontable WHERE deploymentid = @DeploymentId;
$$),
-- 3: active.
('CleanupDefunctSiloEntriesKey', $$
    DELETE FROM orleansmembershiptable WHERE deploymentid = @DeploymentId AND status <> 3 AND iamalivetime < @IAmAliveTime
$$),

-- States. A write without a version is a grain's first. Where the version is another, the one that was given comes back unchanged,
-- by which Orleans knows that its view is old.
('ReadFromStorageKey', $$
    SELECT payloadbinary, version FROM orleansstorage
    WHERE serviceid = @ServiceId AND graintypestring = @GrainTypeString AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1
        AND coalesce(grainidextensionstring, '') = coalesce(@GrainIdExtensionString, '')
$$),
('WriteToStorageKey', $$
    WITH first AS (
        INSERT INTO orleansstorage (grainidhash, grainidn0, grainidn1, graintypehash, graintypestring, grainidextensionstring,
            serviceid, payloadbinary, modifiedon, version)
        SELECT @GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeHash, @GrainTypeString, @GrainIdExtensionString,
            @ServiceId, @PayloadBinary, now() AT TIME ZONE 'utc', 1
        WHERE @GrainStateVersion::integer IS NULL ON CONFLICT DO NOTHING RETURNING version),
    next AS (
        UPDATE orleansstorage SET payloadbinary = @PayloadBinary, modifiedon = now() AT TIME ZONE 'utc', version = version + 1
        WHERE serviceid = @ServiceId AND graintypestring = @GrainTypeString AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1
            AND coalesce(grainidextensionstring, '') = coalesce(@GrainIdExtensionString, '') AND version = @GrainStateVersion::integer
        RETURNING version)
    SELECT coalesce((SELECT version FROM first), (SELECT version FROM next), @GrainStateVersion::integer) AS newgrainstateversion
$$),
('ClearStorageKey', $$
    WITH cleared AS (
        UPDATE orleansstorage SET payloadbinary = NULL, modifiedon = now() AT TIME ZONE 'utc', version = version + 1
        WHERE serviceid = @ServiceId AND graintypestring = @GrainTypeString AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1
            AND coalesce(grainidextensionstring, '') = coalesce(@GrainIdExtensionString, '') AND version = @GrainStateVersion::integer
        RETURNING version)
    SELECT coalesce((SELECT version FROM cleared), @GrainStateVersion::integer) AS newgrainstateversion
    WHERE @GrainStateVersion::integer IS NOT NULL
$$),
('DeleteStorageKey', $$
    WITH deleted AS (
        DELETE FROM orleansstorage
        WHERE serviceid = @ServiceId AND graintypestring = @GrainTypeString AND grainidn0 = @GrainIdN0 AND grainidn1 = @GrainIdN1
            AND coalesce(grainidextensionstring, '') = coalesce(@GrainIdExtensionString, '') AND version = @GrainStateVersion::integer
        RETURNING version)
    SELECT coalesce((SELECT version + 1 FROM deleted), @GrainStateVersion::integer) AS newgrainstateversion
    WHERE @GrainStateVersion::integer IS NOT NULL
$$),

-- Reminders.
('UpsertReminderRowKey', $$
    INSERT INTO orleansreminderstable AS reminder (serviceid, grainid, remindername, starttime, period, grainhash, version)
    VALUES (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, 0)
    ON CONFLICT (serviceid, grainid, remindername) DO UPDATE
    SET starttime = excluded.starttime, period = excluded.period, grainhash = excluded.grainhash, version = reminder.version + 1
    RETURNING version
$$),
('ReadReminderRowsKey', $$
    SELECT grainid, remindername, starttime, period, version FROM orleansreminderstable
    WHERE serviceid = @ServiceId AND grainid = @GrainId
$$),
('ReadReminderRowKey', $$
    SELECT grainid, remindername, starttime, period, version FROM orleansreminderstable
    WHERE serviceid = @ServiceId AND grainid = @GrainId AND remindername = @ReminderName
$$),
('ReadRangeRows1Key', $$
    SELECT grainid, remindername, starttime, period, version FROM orleansreminderstable
    WHERE serviceid = @ServiceId AND grainhash > @BeginHash AND grainhash <= @EndHash
$$),
-- A range that goes over the end of the ring.
('ReadRangeRows2Key', $$
    SELECT grainid, remindername, starttime, period, version FROM orleansreminderstable
    WHERE serviceid = @ServiceId AND (grainhash > @BeginHash OR grainhash <= @EndHash)
$$),
('DeleteReminderRowKey', $$
    WITH deleted AS (
        DELETE FROM orleansreminderstable
        WHERE serviceid = @ServiceId AND grainid = @GrainId AND remindername = @ReminderName AND version = @Version RETURNING 1)
    SELECT count(*)::integer FROM deleted
$$),
('DeleteReminderRowsKey', $$
    DELETE FROM orleansreminderstable WHERE serviceid = @ServiceId
$$),

-- Where each grain lives. Who registers one that lives already is told where; the update that changes nothing makes it come back.
('RegisterGrainActivationKey', $$
    INSERT INTO orleansgraindirectory (clusterid, providerid, grainid, siloaddress, activationid, createdon)
    VALUES (@ClusterId, @ProviderId, @GrainId, @SiloAddress, @ActivationId, now())
    ON CONFLICT (clusterid, providerid, grainid) DO UPDATE SET grainid = excluded.grainid
    RETURNING clusterid, providerid, grainid, siloaddress, activationid
$$),
('LookupGrainActivationKey', $$
    SELECT clusterid, providerid, grainid, siloaddress, activationid FROM orleansgraindirectory
    WHERE clusterid = @ClusterId AND providerid = @ProviderId AND grainid = @GrainId
$$),
('UnregisterGrainActivationKey', $$
    WITH deleted AS (
        DELETE FROM orleansgraindirectory
        WHERE clusterid = @ClusterId AND providerid = @ProviderId AND grainid = @GrainId AND activationid = @ActivationId RETURNING 1)
    SELECT count(*)::integer FROM deleted
$$),
('UnregisterGrainActivationsKey', $$
    WITH deleted AS (
        DELETE FROM orleansgraindirectory
        WHERE clusterid = @ClusterId AND providerid = @ProviderId AND siloaddress = ANY (string_to_array(@SiloAddresses, '|')) RETURNING 1)
    SELECT count(*)::integer FROM deleted
$$)

ON CONFLICT (querykey) DO UPDATE SET querytext = excluded.querytext WHERE orleansquery.querytext <> excluded.querytext;
